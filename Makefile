# Targets are added with what they build.
PROTOC_GEN_SWIFT ?= .build/protoc-gen-swift

.PHONY: schema
# Regenerates Sources/Schema/Generated from the .proto files. The result is committed, so that a build needs no protoc.
schema:
	protoc --plugin=protoc-gen-swift=$(PROTOC_GEN_SWIFT) --proto_path=Sources/Schema/Protobuf \
	  --swift_out=Sources/Schema/Generated --swift_opt=Visibility=Public --swift_opt=FileNaming=DropPath \
	  Sources/Schema/Protobuf/waymark/v1/*.proto Sources/Schema/Protobuf/osm/*.proto
