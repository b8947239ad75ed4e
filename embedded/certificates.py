"""A certificate for this machine, signed by an authority of this folder that can vouch for nothing but this machine."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from embedded.postgres import write_secret

NAME = "localhost"
ADDRESS = IPv4Address("127.0.0.1")
LOOPBACK = IPv4Network("127.0.0.0/8")
AUTHORITY_LASTS = timedelta(days=3650)
# Browsers refuse what is made for longer than 398 days.
CERTIFICATE_LASTS = timedelta(days=397)
RENEWED_BEFORE_END = timedelta(days=30)
# A clock beside ours may be a little behind.
BEGINS_BEFORE = timedelta(hours=1)


class LocalCertificate:
    """Lies in `folder` as `certificate.pem` and `certificate.key`; whoever trusts `authority.pem` trusts it after a renewal too."""

    def __init__(self, folder: Path) -> None:
        self.authority = folder / "authority.pem"
        self.certificate = folder / "certificate.pem"
        self.key = folder / "certificate.key"
        self._authority_key = folder / "authority.key"

    def renew(self, now: datetime | None = None) -> None:
        """Make what is missing or about to end; what is good stays."""
        now = now or datetime.now(UTC)
        if not _lasts(self.authority, self._authority_key, now):
            self._make_authority(now)
            self.certificate.unlink(missing_ok=True)
        if not _lasts(self.certificate, self.key, now):
            self._make_certificate(now)

    def _make_authority(self, now: datetime) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Chidao · chứng thư của máy này")
        machine_only = x509.NameConstraints(permitted_subtrees=[x509.DNSName(NAME), x509.IPAddress(LOOPBACK)], excluded_subtrees=None)
        made = (
            _begun(name, name, key, now, AUTHORITY_LASTS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(machine_only, critical=True)
            .sign(key, hashes.SHA256())
        )
        _write(self._authority_key, key, self.authority, made)

    def _make_certificate(self, now: datetime) -> None:
        authority = x509.load_pem_x509_certificate(self.authority.read_bytes())
        authority_key = load_pem_private_key(self._authority_key.read_bytes(), password=None)
        assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
        key = ec.generate_private_key(ec.SECP256R1())
        lasts = min(CERTIFICATE_LASTS, authority.not_valid_after_utc - now)
        made = (
            _begun(_name(NAME), authority.subject, key, now, lasts)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ADDRESS)]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
            .sign(authority_key, hashes.SHA256())
        )
        _write(self.key, key, self.certificate, made)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEGINS_BEFORE)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(key_file: Path, key: ec.EllipticCurvePrivateKey, certificate_file: Path, certificate: x509.Certificate) -> None:
    """The certificate last: where it is, its key is too. A kill in between leaves a pair that `_lasts` sees does not match."""
    write_secret(key_file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    unfinished = certificate_file.with_name(f"{certificate_file.name}.new")
    unfinished.write_bytes(certificate.public_bytes(Encoding.PEM))
    unfinished.replace(certificate_file)


def _lasts(certificate_file: Path, key_file: Path, now: datetime) -> bool:
    if not certificate_file.exists() or not key_file.exists():
        return False
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    key = load_pem_private_key(key_file.read_bytes(), password=None)
    begun = certificate.not_valid_before_utc <= now
    return begun and now + RENEWED_BEFORE_END < certificate.not_valid_after_utc and certificate.public_key() == key.public_key()
