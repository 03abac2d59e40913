/// A certificate and a key that another program made, with `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes`. Nothing trusts them.
enum Recorded {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBfjCCASOgAwIBAgIUak6fn3HSzpMKRmMFoHZc6XEiShYwCgYIKoZIzj0EAwIw
        EzERMA8GA1UEAwwIcmVjb3JkZWQwIBcNMjYxMTIyMTAzMTIyWhgPMjEyNjEwMjkx
        MDMxMjJaMBMxETAPBgNVBAMMCHJlY29yZGVkMFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAEd2UeaWKoUWHvfunJicjKJtKfvlgJhGSOpY2NU2fLRnoHc2ORxXCNJtuA
        f36z2I6uJfzdStDsso5xygyuzcVbMaNTMFEwHQYDVR0OBBYEFHD5jTZpd5g6r5oj
        V/bXlEryOAO6MB8GA1UdIwQYMBaAFHD5jTZpd5g6r5ojV/bXlEryOAO6MA8GA1Ud
        EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAIt5zQOA9bJIUoanDebMMRhW
        08vlPrvJq95j4j+yFTPJAiEAv4JfnfiCev8UIgcrQ5qLCF87UpTbBNBd/rnNF46E
        BY8=
        -----END CERTIFICATE-----

        """
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJCYJFdTyElAHV481
        g9RaiOVrGIR2EiPBqA3G5NrBxSShRANCAAR3ZR5pYqhRYe9+6cmJyMom0p++WAmE
        ZI6ljY1TZ8tGegdzY5HFcI0m24B/frPYjq4l/N1K0OyyjnHKDK7NxVsx
        -----END PRIVATE KEY-----

        """
    static let pin = "2e5f77054db63060def4884b98f912036633af36b1231dc6d2f26f91a4e0b639"
}
