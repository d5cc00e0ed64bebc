"""Step V11: what `wire/capture.pcap` and `wire/keylog.txt` say, as exchanges of HTTP.

From docs/evidence.md and RFC 791, 8200, 9293 (packets), 5246, 5288, 7905, 8446 (TLS), 9112, 9113, 7541 (HTTP). Knows nothing of packages.
`python3 wire.py` runs the vectors of RFC 7541 and 8448.
"""

import hashlib
import hmac
import ipaddress
import os
import re
import struct
import subprocess
import tempfile
import zlib

from ciphers import AesGcm, ChaChaPoly, NotAuthentic

BODY_LIMIT = 256 * 1024 * 1024


class Broken(Exception):
    """What is there is not in its form, or does not open with its secret."""


class Closed(Exception):
    """What is there may be right, and can not be read here: no secret, no such cipher."""


# ---------------------------------------------------------------- packets


def packets(data):
    """(from, to, sequence number, flags, bytes) of each TCP segment; from and to are (address, port)."""
    orders = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}
    order = orders.get(data[:4])
    if order is None or len(data) < 24 or struct.unpack(order + "I", data[20:24])[0] & 0x0FFFFFFF != 101:
        raise Broken("pcap header")
    at = 24
    while at < len(data):
        if at + 16 > len(data):
            raise Broken("pcap is cut")
        kept, real = struct.unpack(order + "II", data[at + 8 : at + 16])
        if kept != real or at + 16 + kept > len(data):
            raise Broken("pcap is cut")
        yield segment(data[at + 16 : at + 16 + kept])
        at += 16 + kept


def segment(packet):
    version = packet[0] >> 4 if packet else 0
    if version == 4 and len(packet) >= 20:
        head, total = (packet[0] & 15) * 4, struct.unpack(">H", packet[2:4])[0]
        protocol, ends = packet[9], (packet[12:16], packet[16:20])
        if head < 20:
            raise Broken("IPv4 header")
    elif version == 6 and len(packet) >= 40:
        head, total = 40, 40 + struct.unpack(">H", packet[4:6])[0]
        protocol, ends = packet[6], (packet[8:24], packet[24:40])
    else:
        raise Broken("IP header")
    if protocol != 6 or total > len(packet) or total < head + 20:
        raise Broken("no TCP")
    tcp = packet[head:total]
    source, target, number = struct.unpack(">HHI", tcp[:8])
    start = (tcp[12] >> 4) * 4
    if not 20 <= start <= len(tcp):
        raise Broken("TCP header")
    addresses = [str(ipaddress.ip_address(end)) for end in ends]
    return (addresses[0], source), (addresses[1], target), number, tcp[13], tcp[start:]


class Half:
    """One direction of a connection."""

    def __init__(self):
        self.start, self.parts = None, []

    def bytes(self):
        if self.start is None:
            return b""
        found, placed = bytearray(), sorted(((number - self.start) & 0xFFFFFFFF, part) for number, part in self.parts if part)
        # Past 4 GiB numbers come round again; no package is that long.
        for place, part in placed:
            if place > len(found):
                raise Broken("gap")
            known = found[place : place + len(part)]
            if known != part[: len(known)]:
                raise Broken("a repeat says something else")
            found += part[len(known) :]
        return bytes(found)


class Connection:
    def __init__(self, client, server):
        self.client, self.server = client, server
        self.sent, self.answered = Half(), Half()


def connections(data):
    found, open_now = [], {}
    for source, target, number, flags, part in packets(data):
        syn, ack = flags & 0x02, flags & 0x10
        if syn and not ack:
            known = open_now.get((source, target))
            if known is None or known.sent.start != (number + 1) & 0xFFFFFFFF or any(part for _, part in known.sent.parts):
                known = Connection(source, target)
                open_now[(source, target)] = known
                found.append(known)
            known.sent.start = (number + 1) & 0xFFFFFFFF
            half = known.sent
        elif (target, source) in open_now:
            half = open_now[(target, source)].answered
            if syn or half.start is None:
                half.start = (number + 1 if syn else number) & 0xFFFFFFFF
        elif (source, target) in open_now:
            half = open_now[(source, target)].sent
        elif part:
            raise Broken("connection without SYN")
        else:
            continue
        half.parts.append(((number + 1) & 0xFFFFFFFF if syn else number, part))
    return found


# ---------------------------------------------------------------- TLS

AES128, AES256, CHACHA = ("aes", 16), ("aes", 32), ("chacha", 32)
SUITES13 = {0x1301: (AES128, "sha256"), 0x1302: (AES256, "sha384"), 0x1303: (CHACHA, "sha256")}
SUITES12 = {
    **dict.fromkeys((0x009C, 0x009E, 0xC02B, 0xC02F), (AES128, "sha256")),
    **dict.fromkeys((0x009D, 0x009F, 0xC02C, 0xC030), (AES256, "sha384")),
    **dict.fromkeys((0xCCA8, 0xCCA9, 0xCCAA), (CHACHA, "sha256")),
}
DHE = {0x009E, 0x009F, 0xCCAA}
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


def key_log(data):
    """{(label, client random): secret}; a line that is none is passed over, as the form has it."""
    found = {}
    for line in data.decode("latin-1").split("\n"):
        match = re.fullmatch(r"([A-Z0-9_]+) ([0-9a-fA-F]{64}) ((?:[0-9a-fA-F]{2})+)\r?", line)
        if match:
            found[(match[1], match[2].lower())] = bytes.fromhex(match[3])
    return found


def records(data):
    """(type, version, body) of each whole record; what follows the last of them was cut off by the end of the connection."""
    at = 0
    while at + 5 <= len(data):
        kind, version, length = struct.unpack(">BHH", data[at : at + 5])
        if kind not in (20, 21, 22, 23) or not 0x0300 <= version <= 0x0304 or length > 16384 + 2048:
            raise Broken("record")
        if at + 5 + length > len(data):
            return
        if kind == 20 and data[at + 5 : at + 5 + length] != b"\x01":
            raise Broken("change of cipher specification")
        yield kind, data[at : at + 5], data[at + 5 : at + 5 + length]
        at += 5 + length


class Messages:
    """Handshake messages out of the records of one direction."""

    def __init__(self):
        self.waiting = b""

    def add(self, data):
        self.waiting += data
        while len(self.waiting) >= 4:
            length = int.from_bytes(self.waiting[1:4], "big")
            if len(self.waiting) < 4 + length:
                return
            kind, body, raw = self.waiting[0], self.waiting[4 : 4 + length], self.waiting[: 4 + length]
            self.waiting = self.waiting[4 + length :]
            yield kind, body, raw


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        if self.at + length > len(self.data):
            raise Broken("handshake message")
        self.at += length
        return self.data[self.at - length : self.at]

    def number(self, length):
        return int.from_bytes(self.take(length), "big")

    def block(self, width):
        return self.take(self.number(width))

    def rest(self):
        return len(self.data) - self.at


def extensions(reader):
    """What can be read of them: of those that matter here (version, early data) a wrong one shows when records are opened."""
    found = {}
    try:
        inner = Reader(reader.block(2))
        while inner.rest():
            kind = inner.number(2)
            found[kind] = inner.block(2)
    except Broken:
        pass
    return found


def hello(body, server):
    reader = Reader(body)
    version, random = reader.number(2), reader.take(32)
    reader.block(1)
    if not server:
        reader.block(2)
        reader.block(1)
        return {"random": random, "extensions": extensions(reader)}
    suite, _ = reader.number(2), reader.take(1)
    found = extensions(reader)
    if 43 in found:
        version = int.from_bytes(found[43], "big")
    return {"random": random, "suite": suite, "version": version, "extensions": found}


def first_certificate(body, version):
    reader = Reader(body)
    if version == 0x0304:
        reader.block(1)
    listed = Reader(reader.block(3))
    return listed.block(3) if listed.rest() else None


def inflated_certificate(body):
    """RFC 8879; of its three ways of packing the standard library has one."""
    reader = Reader(body)
    way, length = reader.number(2), reader.number(3)
    packed = reader.block(3)
    if way != 1:
        return None
    try:
        plain = zlib.decompressobj().decompress(packed, length + 1)
    except zlib.error as error:
        raise Broken("certificate") from error
    if len(plain) != length:
        raise Broken("certificate")
    return plain


def expand_label(name, secret, label, length):
    info = struct.pack(">HB", length, 6 + len(label)) + b"tls13 " + label + b"\0"
    found, block, n = b"", b"", 1
    while len(found) < length:
        block = hmac.digest(secret, block + info + bytes([n]), name)
        found, n = found + block, n + 1
    return found[:length]


def prf(name, secret, label, seed, length):
    seed = label + seed
    found, block = b"", seed
    while len(found) < length:
        block = hmac.digest(secret, block, name)
        found += hmac.digest(secret, block + seed, name)
    return found[:length]


def cipher_of(kind, key):
    return AesGcm(key) if kind == "aes" else ChaChaPoly(key)


class Epoch13:
    def __init__(self, suite, secret):
        (kind, size), self.name = suite
        self.suite, self.secret, self.count = suite, secret, 0
        self.cipher, self.iv = cipher_of(kind, expand_label(self.name, secret, b"key", size)), expand_label(self.name, secret, b"iv", 12)

    def open(self, head, body):
        nonce = (int.from_bytes(self.iv, "big") ^ self.count).to_bytes(12, "big")
        inner = self.cipher.open(nonce, body, head).rstrip(b"\0")
        self.count += 1
        if not inner:
            raise Broken("record without a type")
        return inner[-1], inner[:-1]

    def next(self):
        return Epoch13(self.suite, expand_label(self.name, self.secret, b"traffic upd", hashlib.new(self.name).digest_size))


class Epoch12:
    def __init__(self, kind, key, iv):
        self.kind, self.cipher, self.iv, self.count = kind, cipher_of(kind, key), iv, 0

    def open(self, head, body):
        if self.kind == "aes":
            if len(body) < 24:
                raise NotAuthentic
            nonce, body = self.iv + body[:8], body[8:]
        else:
            nonce = (int.from_bytes(self.iv, "big") ^ self.count).to_bytes(12, "big")
            if len(body) < 16:
                raise NotAuthentic
        plain = self.cipher.open(nonce, body, struct.pack(">Q", self.count) + head[:3] + struct.pack(">H", len(body) - 16))
        self.count += 1
        return head[0], plain


class Tls:
    """Plain bytes of both directions, and the certificate that the site showed."""

    def __init__(self, sent, answered, secrets):
        self.secrets, self.leaf, self.packed_leaf, self.signed = secrets, None, False, "resumed"
        self.said = {"client": [], "server": []}
        self.sent = self.answered = b""
        spoken = [[kind for kind, _, _ in records(side)] for side in (sent, answered)]
        self.client, self.server = self.hellos(sent, False), self.hellos(answered, True)
        if 23 not in spoken[1]:
            return  # ended before there was anything to open
        if self.client is None or self.server is None:
            raise Broken("TLS without its opening")
        self.random = self.client["random"].hex()
        if self.server["version"] == 0x0304:
            self.read13(sent, answered)
        elif self.server["version"] == 0x0303:
            self.read12(sent, answered)
        else:
            raise Closed(f"version {self.server['version']:#06x}")

    def hellos(self, data, server):
        messages = Messages()
        for kind, _, body in records(data):
            if kind != 22:
                if kind == 20:
                    continue
                return None
            first = None
            for name, message, raw in messages.add(body):
                if name != (2 if server else 1):
                    raise Broken("handshake")
                said = hello(message, server)
                self.said["server" if server else "client"].append(raw)
                if server and said["random"] == RETRY:
                    continue
                first = said
                break
            if first is not None:
                return first
        return None

    def second_hello(self, data):
        """What the browser said when the site asked for another hello."""
        messages, found = Messages(), []
        for kind, _, body in records(data):
            if kind == 23:
                break
            if kind == 22:
                found += [raw for name, _, raw in messages.add(body) if name == 1]
        return found[1:2]

    def secret(self, label):
        found = self.secrets.get((label, self.random))
        if found is None:
            raise Closed("no secret")
        return found

    def read13(self, sent, answered):
        suite = SUITES13.get(self.server["suite"])
        if suite is None:
            raise Closed(f"cipher {self.server['suite']:#06x}")
        self.early_taken, name = False, suite[1]
        asked, told = self.said["client"][:1], self.said["server"]
        if len(told) > 1:
            size = hashlib.new(name).digest_size
            asked = [bytes([254, 0, 0, size]) + hashlib.new(name, asked[0]).digest(), told[0], *self.second_hello(sent)]
        self.opening = b"".join([*asked, told[-1]])
        self.given_up = self.gave_up(sent, suite)
        self.answered = self.direction13(answered, suite, "SERVER")
        self.sent = self.direction13(sent, suite, "CLIENT")

    def gave_up(self, sent, suite):
        """The browser left before its Finished, with an alert or without a word; it heard nothing of what came after the site's own."""
        sealed = [record for record in records(sent) if record[0] == 23]
        secret = self.secrets.get(("CLIENT_HANDSHAKE_TRAFFIC_SECRET", self.random))
        if not sealed:
            return True
        if len(sealed) > 1 or secret is None or ("CLIENT_EARLY_TRAFFIC_SECRET", self.random) in self.secrets:
            return False
        try:
            return Epoch13(suite, secret).open(*sealed[0][1:])[0] == 21
        except NotAuthentic as error:
            raise Broken("record does not open") from error

    def opened13(self, name, side, suite, body, raw):
        """A message before the end of the opening."""
        digest = suite[1]
        if name == 20:
            if side == "SERVER" and self.leaf is not None and self.signed == "resumed":
                raise Broken("certificate without a signature")
            secret = self.secret(f"{side}_HANDSHAKE_TRAFFIC_SECRET")
            key = expand_label(digest, secret, b"finished", len(secret))
            if hmac.digest(key, hashlib.new(digest, self.opening).digest(), digest) != body:
                raise Broken("Finished")
        elif name == 15 and side == "SERVER":
            over = b" " * 64 + b"TLS 1.3, server CertificateVerify\0" + hashlib.new(digest, self.opening).digest()
            self.signed = None if self.packed_leaf else signature(self.leaf, body, over, True)
        self.opening += raw

    def direction13(self, data, suite, side):
        hand, later = f"{side}_HANDSHAKE_TRAFFIC_SECRET", f"{side}_TRAFFIC_SECRET_0"
        epoch, label, plain, messages, skipping, over = None, None, b"", Messages(), False, False
        early = side == "CLIENT" and 42 in self.client["extensions"]
        parts = []
        for kind, head, body in records(data):
            if side == "SERVER" and over and self.given_up:
                break
            if kind == 20:
                continue
            if kind != 23:
                # Hellos, and alerts from before there were keys.
                if epoch is not None and not skipping:
                    raise Broken("record is not sealed")
                continue
            if epoch is None:
                label = "CLIENT_EARLY_TRAFFIC_SECRET" if early and self.early_taken else hand
                epoch, skipping = Epoch13(suite, self.secret(label)), early and not self.early_taken
            try:
                kind, inner = epoch.open(head, body)
            except NotAuthentic as error:
                if skipping:
                    continue  # early data that the site did not take
                raise Broken("record does not open") from error
            skipping = False
            if kind == 23:
                if label == hand:
                    raise Broken("content before the end of the opening")
                parts.append(inner)
                continue
            if kind == 21:
                continue
            if kind != 22:
                raise Broken("record type")
            for name, message, raw in messages.add(inner):
                before = not over and name != 24
                if side == "SERVER" and name in (11, 25) and before:
                    shown = message if name == 11 else inflated_certificate(message)
                    self.packed_leaf = shown is None
                    self.leaf = None if shown is None else first_certificate(shown, 0x0304)
                if before:
                    self.opened13(name, side, suite, message, raw)
                    over = name == 20
                if name == 5 and label == "CLIENT_EARLY_TRAFFIC_SECRET":
                    label = hand
                    epoch = Epoch13(suite, self.secret(label))
                elif name == 20 and label == hand:
                    label = later
                    epoch = self.later13(suite, later)
                elif name == 24:
                    epoch = epoch.next()
                elif side == "SERVER" and name == 8:
                    self.early_taken = 42 in extensions(Reader(message))
        return plain + b"".join(parts)

    def later13(self, suite, label):
        """A connection that ended after its handshake needs no further secret."""
        try:
            return Epoch13(suite, self.secret(label))
        except Closed as closed:
            return Missing(closed)

    def read12(self, sent, answered):
        suite = SUITES12.get(self.server["suite"])
        if suite is None:
            raise Closed(f"cipher {self.server['suite']:#06x}")
        (kind, size), name = suite
        width = 4 if kind == "aes" else 12
        try:
            master = self.secret("CLIENT_RANDOM")
        except Closed as closed:
            keys = [Missing(closed)] * 2
        else:
            block = prf(name, master, b"key expansion", self.server["random"] + self.client["random"], 2 * (size + width))
            ivs = block[2 * size :]
            keys = [Epoch12(kind, block[n * size : (n + 1) * size], ivs[n * width : (n + 1) * width]) for n in (0, 1)]
        self.clear, self.ends = {False: [], True: []}, {False: None, True: None}
        self.sent, self.answered = self.direction12(sent, keys[0], False), self.direction12(answered, keys[1], True)
        self.ended12(master if isinstance(keys[0], Epoch12) else None, name)
        self.signed12()

    def ended12(self, master, name):
        """The Finished of both sides; of a full opening the browser's comes first."""
        kinds = [kind for kind, _, _ in self.clear[True]]
        full = 14 in kinds
        split = kinds.index(14) + 1 if full else len(kinds)
        raws = [raw for _, _, raw in self.clear[True]]
        said = b"".join(raw for _, _, raw in self.clear[False][:1]) + b"".join(raws[:split]) + b"".join(raw for _, _, raw in self.clear[False][1:])
        whole = True
        for server in (False, True) if full else (True, False):
            said += b"".join(raws[split:]) if server and full else b""
            end = self.ends[server]
            if end is None:
                whole = False
                continue
            body, raw = end
            label = b"server finished" if server else b"client finished"
            if not whole or body != prf(name, master, label, hashlib.new(name, said).digest(), 12):
                raise Broken("Finished")
            said += raw

    def signed12(self):
        messages = {kind: body for kind, body, _ in reversed(self.clear[True])}
        suite = self.server["suite"]
        if 14 not in messages:
            return  # resumed: nothing is signed
        if suite >> 8 == 0 and suite not in DHE:
            self.signed = "the key was sent sealed"
            return
        if 12 not in messages:
            raise Broken("no key exchange")
        reader = Reader(messages[12])
        if suite in DHE:
            for _ in range(3):
                reader.block(2)
        else:
            reader.take(3)
            reader.block(1)
        randoms = self.client["random"] + self.server["random"]
        self.signed = signature(self.leaf, messages[12][reader.at :], randoms + messages[12][: reader.at], False)

    def direction12(self, data, epoch, server):
        sealed, messages, parts = False, Messages(), []
        for kind, head, body in records(data):
            if kind == 20 and not sealed:
                sealed = True
                continue
            if sealed:
                try:
                    kind, body = epoch.open(head, body)
                except NotAuthentic as error:
                    raise Broken("record does not open") from error
            if kind == 23:
                if self.ends[server] is None:
                    raise Broken("content before the end of the opening")
                parts.append(body)
            elif kind == 22:
                for name, message, raw in messages.add(body):
                    if server and name == 11 and not sealed:
                        self.leaf = first_certificate(message, 0x0303)
                    if not sealed and name != 0:
                        self.clear[server].append((name, message, raw))
                    elif sealed and name == 20 and self.ends[server] is None:
                        self.ends[server] = (message, raw)
        return b"".join(parts)


SCHEMES = {
    0x0401: ("rsa", "sha256"),
    0x0501: ("rsa", "sha384"),
    0x0601: ("rsa", "sha512"),
    0x0403: ("ec", "sha256"),
    0x0503: ("ec", "sha384"),
    0x0804: ("pss", "sha256"),
    0x0805: ("pss", "sha384"),
    0x0806: ("pss", "sha512"),
    0x0809: ("pss", "sha256"),
    0x080A: ("pss", "sha384"),
    0x080B: ("pss", "sha512"),
    0x0807: ("ed25519", None),
}
OIDS = {"rsa": ["06092a864886f70d010101"], "pss": ["06092a864886f70d010101", "06092a864886f70d01010a"], "ec": ["06082a8648ce3d030107", "06052b81040022"], "ed25519": ["06032b6570"]}


def openssl(arguments, data=b""):
    done = subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=False)
    return done.returncode == 0, done.stdout


def signature(leaf, block, message, newest):
    """None when that key made it, words when nothing is said of it, Broken when it did not."""
    reader = Reader(block)
    scheme, made = reader.number(2), reader.block(2)
    if leaf is None or not made or reader.rest():
        raise Broken("signature")
    if scheme not in SCHEMES:
        return "scheme"
    kind, name = SCHEMES[scheme]
    if newest and kind == "rsa":
        raise Broken("scheme of TLS 1.2")
    right, key = openssl(["x509", "-inform", "DER", "-pubkey", "-noout"], leaf)
    _, spki = openssl(["pkey", "-pubin", "-outform", "DER"], key) if right else (False, b"")
    head = spki[:40].hex()
    bits = re.search(rb"Public-Key: \((\d+) bit", openssl(["pkey", "-pubin", "-text", "-noout"], key)[1])
    if not any(oid in head for oid in OIDS[kind]) or (kind in ("rsa", "pss") and (not bits or int(bits[1]) < 2048)):
        return "key"
    with tempfile.TemporaryDirectory() as folder:
        paths = {part: os.path.join(folder, part) for part in ("key", "message", "signature")}
        for part, data in (("key", key), ("message", message), ("signature", made)):
            with open(paths[part], "wb") as file:
                file.write(data)
        if kind == "ed25519":
            command = ["pkeyutl", "-verify", "-pubin", "-inkey", paths["key"], "-rawin", "-in", paths["message"], "-sigfile", paths["signature"]]
        else:
            pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"] if kind == "pss" else []
            command = ["dgst", f"-{name}", *pss, "-verify", paths["key"], "-signature", paths["signature"], paths["message"]]
        if not openssl(command)[0]:
            raise Broken("signature of the opening")
    return None


class Missing:
    """Stands where a secret is wanted only if something follows."""

    def __init__(self, closed):
        self.closed = closed

    def open(self, head, body):
        raise self.closed


# ---------------------------------------------------------------- HTTP


class Exchange:
    def __init__(self, connection, leaf):
        self.scheme, self.ip, self.port = "http", connection.server[0], connection.server[1]
        self.leaf = leaf
        self.method = self.target = self.host = ""
        self.request, self.posted = [], b""
        self.status, self.fields, self.body, self.whole = None, [], b"", False

    @property
    def url(self):
        if "://" in self.target.split("?")[0]:
            return self.target
        usual = {"http": ":80", "https": ":443"}[self.scheme]
        return f"{self.scheme}://{self.host.removesuffix(usual).lower()}{self.target}"

    def values(self, name):
        return [value for key, value in self.fields if key.lower() == name]


def head_of(data, at):
    """(first line, fields, end) or None when the bytes end before."""
    end = data.find(b"\r\n\r\n", at)
    if end < 0:
        return None
    lines = re.sub(r"(?<![ \t])[ \t]*\r\n[ \t]+", " ", data[at:end].decode("latin-1")).split("\r\n")
    fields = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        fields.append((name.rstrip(" \t"), value.strip(" \t")))
    return lines[0], fields, end + 4


def chunked(data, at):
    """(body, end, whole)."""
    found = []
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return b"".join(found), len(data), False
        match = re.fullmatch(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?", data[at:end])
        if not match:
            return b"".join(found), len(data), False
        size, at = int(match[1], 16), end + 2
        if size == 0:
            while True:
                end = data.find(b"\r\n", at)
                if end < 0:
                    return b"".join(found), len(data), False
                if end == at:
                    return b"".join(found), end + 2, True
                at = end + 2
        if at + size + 2 > len(data):
            return b"".join(found) + data[at : at + size], len(data), False
        found.append(data[at : at + size])
        if data[at + size : at + size + 2] != b"\r\n":
            return b"".join(found), len(data), False
        at += size + 2


def body_of(data, at, fields, none, ends):
    """(body, end, whole); `ends`: without a length it goes to the end of the connection."""
    if none:
        return b"", at, True
    values = {name: [value for key, value in fields if key.lower() == name] for name in ("transfer-encoding", "content-length")}
    if values["transfer-encoding"]:
        if ",".join(values["transfer-encoding"]).lower().split(",")[-1].strip() == "chunked":
            return chunked(data, at)
        return data[at:], len(data), True
    if values["content-length"]:
        length = values["content-length"][0].split(",")[0].strip()
        if re.fullmatch(r"[0-9]{1,15}", length):
            end = at + int(length)
            return data[at:end], min(end, len(data)), end <= len(data)
    return (data[at:], len(data), True) if ends else (b"", at, True)


def http1(connection, leaf, sent, answered):
    """What can not be read ends what is told of the connection: a line of the record then has nothing that stands for it.
    Bytes after the last answer are nobody's (such as a 408 to an idle connection).
    """
    found, at = [], 0
    while at < len(sent):
        head = head_of(sent, at)
        if head is None:
            break
        line = re.fullmatch(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP/1\.[01]", head[0])
        if not line:
            break
        exchange = Exchange(connection, leaf)
        exchange.method, exchange.target, exchange.request = line[1], line[2], head[1]
        exchange.host = next((value for name, value in head[1] if name.lower() == "host"), "")
        exchange.posted, at, _ = body_of(sent, head[2], head[1], False, False)
        found.append(exchange)
        if any(name.lower() == "upgrade" for name, _ in head[1]) and re.search(rb"\AHTTP/1\.1 101 ", answered):
            break
    at = 0
    for exchange in found:
        while True:
            head = head_of(answered, at)
            if head is None:
                return found
            line = re.fullmatch(r"HTTP/1\.[01] ([0-9]{3})(?: (.*))?", head[0], re.DOTALL)
            if not line:
                return found
            at, status = head[2], int(line[1])
            if status >= 200 or status == 101:
                break
        exchange.status, exchange.fields = status, head[1]
        none = exchange.method == "HEAD" or status in (101, 204, 304)
        exchange.body, at, exchange.whole = body_of(answered, at, head[1], none, True)
        if status == 101:
            return found
    return found


# ---------------------------------------------------------------- HPACK (RFC 7541)

LENGTHS = bytes.fromhex(
    "0d171c1c1c1c1c1c1c181e1c1c1e1c1c1c1c1c1c1c1c1e1c1c1c1c1c1c1c1c1c060a0a0c0d06080b0a0a080b08060606050505060606060606060708"
    "0f060c0a0d06070707070707070707070707070707070707070707070807080d130d0e060f0506050605060606050707060606050607060505060707"
    "0707070f0b0e0d1c14161414161616171617171717171817181816171817171717151617161717181615141616171715171616181516171715151615"
    "1716171714161616171616171a1a1413161716191a1a1a1b1b1a181913151a1b1b1a1b1815151a1a1c1b1b1b14181415161515171616191918181a17"
    "1a1b1a1a1b1b1b1b1b1c1b1b1b1b1b1a1e"
)
STATIC = """:authority|
:method|GET
:method|POST
:path|/
:path|/index.html
:scheme|http
:scheme|https
:status|200
:status|204
:status|206
:status|304
:status|400
:status|404
:status|500
accept-charset|
accept-encoding|gzip, deflate
accept-language|
accept-ranges|
accept|
access-control-allow-origin|
age|
allow|
authorization|
cache-control|
content-disposition|
content-encoding|
content-language|
content-length|
content-location|
content-range|
content-type|
cookie|
date|
etag|
expect|
expires|
from|
host|
if-match|
if-modified-since|
if-none-match|
if-range|
if-unmodified-since|
last-modified|
link|
location|
max-forwards|
proxy-authenticate|
proxy-authorization|
range|
referer|
refresh|
retry-after|
server|
set-cookie|
strict-transport-security|
transfer-encoding|
user-agent|
vary|
via|
www-authenticate|"""
STATIC_TABLE = [tuple(line.split("|")) for line in STATIC.split("\n")]


def huffman_codes():
    """The code of appendix B is canonical: by length, then by symbol. So its lengths say all of it."""
    found, code, width = {}, 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(LENGTHS)):
        code <<= length - width
        found[(length, code)] = symbol
        code, width = code + 1, length
    return found


HUFFMAN = huffman_codes()


def huffman(data):
    found, code, width = bytearray(), 0, 0
    for byte in data:
        for bit in range(7, -1, -1):
            code, width = code << 1 | (byte >> bit & 1), width + 1
            symbol = HUFFMAN.get((width, code))
            if symbol is not None:
                if symbol == 256:
                    raise Broken("huffman")
                found.append(symbol)
                code = width = 0
    if width > 7 or code != (1 << width) - 1:
        raise Broken("huffman")
    return bytes(found)


class Hpack:
    def __init__(self):
        self.table, self.size, self.limit, self.allowed = [], 0, 4096, 4096

    def number(self, data, at, bits):
        full = (1 << bits) - 1
        value, at, shift = data[at] & full, at + 1, 0
        if value < full:
            return value, at
        while True:
            if at >= len(data) or shift > 28:
                raise Broken("hpack")
            value += (data[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not data[at - 1] & 0x80:
                return value, at

    def text(self, data, at):
        if at >= len(data):
            raise Broken("hpack")
        packed = data[at] & 0x80
        length, at = self.number(data, at, 7)
        if at + length > len(data):
            raise Broken("hpack")
        part = data[at : at + length]
        return (huffman(part) if packed else part).decode("latin-1"), at + length

    def entry(self, index):
        if 1 <= index <= len(STATIC_TABLE):
            return STATIC_TABLE[index - 1]
        if not 0 <= index - 62 < len(self.table):
            raise Broken("hpack")
        return self.table[index - 62]

    def evict(self):
        while self.size > self.limit:
            name, value = self.table.pop()
            self.size -= 32 + len(name) + len(value)

    def decode(self, data):
        found, at = [], 0
        while at < len(data):
            first = data[at]
            if first & 0x80:
                index, at = self.number(data, at, 7)
                found.append(self.entry(index))
                continue
            if first & 0xE0 == 0x20:
                self.limit, at = self.number(data, at, 5)
                if self.limit > self.allowed:
                    raise Broken("hpack")
                self.evict()
                continue
            kept = first & 0x40
            index, at = self.number(data, at, 6 if kept else 4)
            if index:
                name = self.entry(index)[0]
            else:
                name, at = self.text(data, at)
            value, at = self.text(data, at)
            found.append((name, value))
            if kept:
                self.table.insert(0, (name, value))
                self.size += 32 + len(name) + len(value)
                self.evict()
        return found


# ---------------------------------------------------------------- HTTP/2 (RFC 9113)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frames(data):
    at = 0
    while at + 9 <= len(data):
        length, kind, flags = int.from_bytes(data[at : at + 3], "big"), data[at + 3], data[at + 4]
        number = int.from_bytes(data[at + 5 : at + 9], "big") & 0x7FFFFFFF
        if at + 9 + length > len(data):
            return
        yield kind, flags, number, data[at + 9 : at + 9 + length]
        at += 9 + length


def unpadded(kind, flags, body):
    start, pad = 0, 0
    if flags & 0x08 and kind in (0, 1, 5):
        if not body:
            raise Broken("padding")
        start, pad = 1, body[0]
    if kind == 1 and flags & 0x20:
        start += 5
    if start + pad > len(body):
        raise Broken("padding")
    return body[start : len(body) - pad]


def table_size(data):
    """The largest table that this side lets the other keep."""
    allowed = 4096
    for kind, flags, _, body in frames(data):
        if kind == 4 and not flags & 1:
            for at in range(0, len(body) - 5, 6):
                if body[at : at + 2] == b"\0\1":
                    allowed = max(allowed, int.from_bytes(body[at + 2 : at + 6], "big"))
    return allowed


def streams(data, allowed):
    """{stream: [list of header lists, body, ended]} of one direction, and what the server promised."""
    found, promised, hpack, waiting = {}, {}, Hpack(), None
    hpack.allowed = allowed
    for kind, flags, number, body in frames(data):
        if waiting and (kind != 9 or number != waiting[0]):
            raise Broken("header block is cut")
        if kind == 0:
            if number not in found:
                raise Broken("data without a header")
            found[number][1].append(unpadded(kind, flags, body))
            found[number][2] = found[number][2] or bool(flags & 1)
        elif kind in (1, 5):
            part, stream = unpadded(kind, flags, body), number
            if kind == 5:
                stream, part = int.from_bytes(part[:4], "big") & 0x7FFFFFFF, part[4:]
            waiting = [number, part, kind, stream, kind == 1 and bool(flags & 1)]
        elif kind == 9:
            if not waiting:
                raise Broken("continuation")
            waiting[1] += body
        else:
            continue
        if kind in (1, 5, 9) and flags & 4:
            fields = hpack.decode(waiting[1])
            if waiting[2] == 5:
                promised[waiting[3]] = fields
            else:
                stream = found.setdefault(waiting[3], [[], [], False])
                stream[0].append(fields)
                stream[2] = stream[2] or waiting[4]
            waiting = None
    return found, promised


def http2(connection, leaf, sent, answered):
    sent = sent[len(PREFACE) :]
    asked, _ = streams(sent, table_size(answered))
    replied, promised = streams(answered, table_size(sent))
    found = []
    for number in sorted(set(asked) | set(promised)):
        fields = asked[number][0][0] if number in asked else promised[number]
        exchange = Exchange(connection, leaf)
        pseudo = {name: value for name, value in fields if name.startswith(":")}
        exchange.method, exchange.target, exchange.host = (pseudo.get(name, "") for name in (":method", ":path", ":authority"))
        exchange.host = exchange.host or next((value for name, value in fields if name == "host"), "")
        exchange.request = [field for field in fields if not field[0].startswith(":")]
        exchange.posted = b"".join(asked[number][1]) if number in asked else b""
        if number in replied:
            blocks, parts, ended = replied[number]
            for block in blocks:
                status = next((value for name, value in block if name == ":status"), None)
                if status is None:
                    continue  # trailers
                if not re.fullmatch(r"[1-9][0-9]{2}", status):
                    raise Broken("status")
                if int(status) >= 200:
                    exchange.status, exchange.fields = int(status), [field for field in block if not field[0].startswith(":")]
                    break
            exchange.body, exchange.whole = b"".join(parts), ended
        found.append(exchange)
    return found


# ---------------------------------------------------------------- content encodings


class NotDone(Exception):
    """An encoding that the standard library has not."""


def inflate(data, bits):
    """(bytes, whole)."""
    found, rest = b"", data
    while True:
        unpacker = zlib.decompressobj(bits)
        try:
            found += unpacker.decompress(rest, BODY_LIMIT)
        except zlib.error as error:
            raise Broken("content encoding") from error
        rest = unpacker.unused_data
        if not unpacker.eof or bits != 31 or not rest.strip(b"\0"):
            return found, unpacker.eof


def decoded(body, fields):
    """(bytes without content encodings, whole)."""
    names = [part.strip().lower() for key, value in fields if key.lower() == "content-encoding" for part in value.split(",")]
    whole = True
    for name in reversed([name for name in names if name not in ("", "identity")]):
        if name not in ("gzip", "x-gzip", "deflate"):
            raise NotDone(name)
        if body == b"":
            continue
        if name == "deflate":
            wrapped = len(body) > 1 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0
            body, done = inflate(body, 15 if wrapped else -15)
        else:
            body, done = inflate(body, 31)
        whole = whole and done
    return body, whole


# ---------------------------------------------------------------- all of it


def exchanges(capture, log):
    """(exchanges, faults, unsigned): a fault is (Broken or Closed, name of the connection), and its connection has no exchanges."""
    secrets, found, faults, unsigned = key_log(log), [], [], []
    for n, connection in enumerate(connections(capture), 1):
        name = f"connection {n}"
        try:
            sent, answered = connection.sent.bytes(), connection.answered.bytes()
            leaf, scheme = None, "http"
            if sent[:2] == b"\x16\x03":
                tls = Tls(sent, answered, secrets)
                sent, answered, scheme = tls.sent, tls.answered, "https"
                leaf = tls.leaf and hashlib.sha256(tls.leaf).hexdigest()
                if answered and tls.signed is not None:
                    unsigned.append((name, tls.signed))
            read = http2 if sent.startswith(PREFACE) else http1
            for exchange in read(connection, leaf, sent, answered):
                exchange.scheme = scheme
                found.append(exchange)
        except (Broken, Closed) as fault:
            faults.append((fault, name))
    return found, faults, unsigned


def self_test():
    h = bytes.fromhex
    assert len(LENGTHS) == 257 and sum(2.0**-length for length in LENGTHS) == 1
    hpack = Hpack()  # RFC 7541 C.4 and C.6
    assert hpack.decode(h("828684418cf1e3c2e5f23a6ba0ab90f4ff")) == [
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "www.example.com"),
    ]
    assert hpack.decode(h("828684be5886a8eb10649cbf"))[-1] == ("cache-control", "no-cache")
    assert hpack.decode(h("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"))[-1] == ("custom-key", "custom-value")
    hpack = Hpack()
    hpack.limit = 256
    first = h("488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3")
    assert hpack.decode(first)[-1] == ("location", "https://www.example.com")
    assert hpack.decode(h("4883640effc1c0bf"))[0] == (":status", "307") and len(hpack.table) == 4
    # RFC 8448, 3: the server's handshake keys and its write keys for data.
    secret = h("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")
    # Its Finished, from the digest of what was said before, which the same section gives.
    finished = expand_label("sha256", secret, b"finished", 32)
    assert finished == h("008d3b66f816ea559f96b537e885c31fc068bf492c652f01f288a1d8cdc19fc8")
    said = h("edb7725fa7a3473b031ec8ef65a2485493900138a2b91291407d7951a06110ed")
    assert hmac.digest(finished, said, "sha256") == h("9b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718")
    assert expand_label("sha256", secret, b"key", 16) == h("3fce516009c21727d0f2e4e86ee403bc")
    assert expand_label("sha256", secret, b"iv", 12) == h("5d313eb2671276ee13000b30")


if __name__ == "__main__":
    self_test()
    print("ok")
