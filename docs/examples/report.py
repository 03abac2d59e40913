#!/usr/bin/env python3
"""Signs one observation, publishes it over MQTT 5 and waits until it stands in the log. Exit status 0 if it does.

    pip install paho-mqtt protobuf cryptography
    protoc --python_out=. -I ../../Sources/Schema/Protobuf waymark/v1/vehicle.proto
    waymark keys vehicle vehicle.seed
    waymark keys enrol --committee FILE --authority FILE --vehicle vehicle.seed vehicle.json
    python3 report.py vehicle.json --port 1883 --latitude 60.1699 --longitude 24.9384 --kind 6
"""
import argparse, base64, hashlib, json, os, queue, sys, time
import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from waymark.v1 import vehicle_pb2 as pb

def signed_report(vehicle, observation, time_ms, sequence, salt):
    """The bytes of a Report, and of the SignedReport around it. What is signed is the bytes as they are sent.

    `vehicle` is {"chain_id": hex, "vehicle_seed": hex, "certificate": base64 of a SignedCertificate}."""
    certificate = pb.SignedCertificate.FromString(base64.b64decode(vehicle["certificate"]))
    report = pb.Report(certificate_digest=hashlib.sha256(certificate.certificate).digest(), sequence=sequence,
                       time_ms=time_ms, salt=salt, observations=[observation]).SerializeToString()
    message = b"waymark.v1.report" + b"\x00" + bytes.fromhex(vehicle["chain_id"]) + report
    signature = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vehicle["vehicle_seed"])).sign(message)
    return report, pb.SignedReport(report=report, signature=signature,
                                   certificate=certificate.SerializeToString()).SerializeToString()

def publish(host, port, report, envelope, timeout=10):
    """The PUBACK's reason, and the receipt (a .tlog-proof) or None. Both come only after the report was committed."""
    receipts = f"waymark/v1/receipts/{hashlib.sha256(report).hexdigest()}"
    events = queue.Queue()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_subscribe = lambda c, u, mid, codes, p: c.publish("waymark/v1/reports", envelope, qos=1)
    client.on_connect = lambda c, u, flags, code, p: events.put(code) if code.is_failure else c.subscribe(receipts, 1)
    client.on_message = lambda c, u, message: events.put(message.payload.decode())
    client.on_publish = lambda c, u, mid, code, p: events.put((code, getattr(p, "ReasonString", "")))
    client.connect(host, port)
    client.loop_start()
    receipt, (code, reason) = None, (None, "no answer")
    try:
        while code is None or (not code.is_failure and receipt is None):
            event = events.get(timeout=timeout)
            if isinstance(event, str): receipt = event
            else: code, reason = event if isinstance(event, tuple) else (event, "not connected")
    except queue.Empty: pass
    client.disconnect()
    return f"{code} {reason}".strip(), receipt

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("vehicle", type=argparse.FileType())
    for name, kind, default in [("host", str, "127.0.0.1"), ("port", int, 1883), ("kind", int, 6),
                                ("latitude", float, 60.1699), ("longitude", float, 24.9384)]:
        arguments.add_argument(f"--{name}", type=kind, default=default)
    given, now = arguments.parse_args(), int(time.time() * 1000)
    seen = pb.Observation(kind=given.kind, polarity=pb.POLARITY_SEEN, time_ms=now, confidence_permille=900,
                          latitude_e7=round(given.latitude * 1e7), longitude_e7=round(given.longitude * 1e7))
    # The clock makes a sequence that rises from run to run; a vehicle that reports more often keeps a counter.
    report, envelope = signed_report(json.load(given.vehicle), seen, now, sequence=now, salt=os.urandom(32))
    reason, receipt = publish(given.host, given.port, report, envelope)
    print(reason, receipt or "no receipt", sep="\n")
    sys.exit(0 if receipt else 1)
