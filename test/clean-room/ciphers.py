"""AES-GCM and ChaCha20-Poly1305, opening only, in plain Python: the standard library has none and `openssl enc` refuses AEAD.

From FIPS 197, SP 800-38D and RFC 8439; `python3 ciphers.py` runs their vectors. Not for secrets: time depends on what is opened.
"""

import hmac
import struct
import subprocess

OUTSIDE = 4096  # from here on one `openssl enc` is quicker than Python


class NotAuthentic(Exception):
    """The tag is not that of these bytes."""


# ---------------------------------------------------------------- AES (FIPS 197)


def _tables():
    power, log, value = [0] * 255, [0] * 256, 1
    for exponent in range(255):
        power[exponent], log[value] = value, exponent
        value ^= (value << 1) ^ (0x11B if value & 0x80 else 0)
        value &= 0xFF
    box = []
    for byte in range(256):
        inverse = power[(255 - log[byte]) % 255] if byte else 0
        turned = inverse
        for _ in range(4):
            inverse = ((inverse << 1) | (inverse >> 7)) & 0xFF
            turned ^= inverse
        box.append(turned ^ 0x63)
    columns = []
    for byte in box:
        double = (byte << 1) ^ (0x11B if byte & 0x80 else 0)
        columns.append(double << 24 | byte << 16 | byte << 8 | (double ^ byte))
    turns = [[(word >> 8 * n | word << 32 - 8 * n) & 0xFFFFFFFF for word in columns] for n in range(4)]
    return box, turns


BOX, (T0, T1, T2, T3) = _tables()


def aes_schedule(key):
    words, rounds, constant = list(struct.unpack(f">{len(key) // 4}I", key)), len(key) // 4 + 6, 1
    step = len(words)
    for n in range(step, 4 * (rounds + 1)):
        word = words[-1]
        if n % step == 0:
            word = (word << 8 | word >> 24) & 0xFFFFFFFF
        if n % step == 0 or (step > 6 and n % step == 4):
            word = BOX[word >> 24] << 24 | BOX[word >> 16 & 255] << 16 | BOX[word >> 8 & 255] << 8 | BOX[word & 255]
        if n % step == 0:
            word ^= constant << 24
            constant = (constant << 1) ^ (0x11B if constant & 0x80 else 0)
        words.append(words[n - step] ^ word)
    return words


def aes_block(words, block):
    a, b, c, d = (word ^ key for word, key in zip(struct.unpack(">4I", block), words))
    for n in range(4, len(words) - 4, 4):
        a, b, c, d = (
            T0[a >> 24] ^ T1[b >> 16 & 255] ^ T2[c >> 8 & 255] ^ T3[d & 255] ^ words[n],
            T0[b >> 24] ^ T1[c >> 16 & 255] ^ T2[d >> 8 & 255] ^ T3[a & 255] ^ words[n + 1],
            T0[c >> 24] ^ T1[d >> 16 & 255] ^ T2[a >> 8 & 255] ^ T3[b & 255] ^ words[n + 2],
            T0[d >> 24] ^ T1[a >> 16 & 255] ^ T2[b >> 8 & 255] ^ T3[c & 255] ^ words[n + 3],
        )

    def last(w, x, y, z, key):
        return (BOX[w >> 24] << 24 | BOX[x >> 16 & 255] << 16 | BOX[y >> 8 & 255] << 8 | BOX[z & 255]) ^ key

    return struct.pack(">4I", last(a, b, c, d, words[-4]), last(b, c, d, a, words[-3]), last(c, d, a, b, words[-2]), last(d, a, b, c, words[-1]))


def xor(left, right):
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(len(left), "big")


def stream(name, key, start, data):
    """Data through the stream cipher of `openssl enc`."""
    command = ["openssl", "enc", "-d", "-" + name, "-K", key.hex(), "-iv", start.hex()]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


# ---------------------------------------------------------------- GCM (SP 800-38D)


class AesGcm:
    def __init__(self, key):
        self.key, self.words = key, aes_schedule(key)
        value, shifted = int.from_bytes(aes_block(self.words, bytes(16)), "big"), []
        for _ in range(128):
            shifted.append(value)
            value = value >> 1 ^ (0xE1 << 120 if value & 1 else 0)
        self.tables = []
        for place in range(16):
            table = [0] * 256
            for byte in range(1, 256):
                low = byte & -byte
                table[byte] = table[byte ^ low] ^ shifted[8 * place + 8 - low.bit_length()]
            self.tables.append(table)

    def ghash(self, data):
        found, tables = 0, self.tables
        for at in range(0, len(data), 16):
            found ^= int.from_bytes(data[at : at + 16], "big")
            mixed = 0
            for table, byte in zip(tables, found.to_bytes(16, "big")):
                mixed ^= table[byte]
            found = mixed
        return found

    def counted(self, nonce, data):
        if len(data) >= OUTSIDE:
            return stream(f"aes-{8 * len(self.key)}-ctr", self.key, nonce + b"\0\0\0\2", data)
        blocks = (aes_block(self.words, nonce + struct.pack(">I", n)) for n in range(2, 2 + -(-len(data) // 16)))
        return xor(data, b"".join(blocks)[: len(data)])

    def open(self, nonce, sealed, extra):
        if len(sealed) < 16:
            raise NotAuthentic
        data, tag = sealed[:-16], sealed[-16:]
        padded = extra + bytes(-len(extra) % 16) + data + bytes(-len(data) % 16) + struct.pack(">QQ", 8 * len(extra), 8 * len(data))
        wanted = xor(self.ghash(padded).to_bytes(16, "big"), aes_block(self.words, nonce + b"\0\0\0\1"))
        if not hmac.compare_digest(wanted, tag):
            raise NotAuthentic
        return self.counted(nonce, data)


# ---------------------------------------------------------------- ChaCha20-Poly1305 (RFC 8439)


def chacha_block(key, counter, nonce):
    first = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce)]
    state = list(first)

    def quarter(a, b, c, d):
        for left, other, target, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[left] = (state[left] + state[other]) & 0xFFFFFFFF
            word = state[target] ^ state[left]
            state[target] = (word << turn | word >> 32 - turn) & 0xFFFFFFFF

    for _ in range(10):
        for n in range(4):
            quarter(n, n + 4, n + 8, n + 12)
        for n in range(4):
            quarter(n, 4 + (n + 1) % 4, 8 + (n + 2) % 4, 12 + (n + 3) % 4)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(state, first)))


def poly1305(key, data):
    r, s, found = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF, int.from_bytes(key[16:], "little"), 0
    for at in range(0, len(data), 16):
        found = (found + int.from_bytes(data[at : at + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    return ((found + s) & ((1 << 128) - 1)).to_bytes(16, "little")


class ChaChaPoly:
    def __init__(self, key):
        self.key = key

    def open(self, nonce, sealed, extra):
        if len(sealed) < 16:
            raise NotAuthentic
        data, tag = sealed[:-16], sealed[-16:]
        padded = extra + bytes(-len(extra) % 16) + data + bytes(-len(data) % 16) + struct.pack("<QQ", len(extra), len(data))
        if not hmac.compare_digest(poly1305(chacha_block(self.key, 0, nonce)[:32], padded), tag):
            raise NotAuthentic
        if len(data) >= OUTSIDE:
            return stream("chacha20", self.key, b"\1\0\0\0" + nonce, data)
        blocks = (chacha_block(self.key, n, nonce) for n in range(1, 1 + -(-len(data) // 64)))
        return xor(data, b"".join(blocks)[: len(data)])


# ---------------------------------------------------------------- vectors


def self_test():
    """FIPS 197 C.1 and C.3, test cases 4 and 16 of the GCM submission, RFC 8439 2.3.2, 2.5.2, 2.8.2; Python against openssl."""
    h = bytes.fromhex
    plain = h("00112233445566778899aabbccddeeff")
    assert aes_block(aes_schedule(bytes(range(16))), plain) == h("69c4e0d86a7b0430d8cdb78070b4c55a")
    assert aes_block(aes_schedule(bytes(range(32))), plain) == h("8ea2b7ca516745bfeafc49904b496089")
    key, extra, nonce = h("feffe9928665731c6d6a8f9467308308"), h("feedfacedeadbeeffeedfacedeadbeefabaddad2"), h("cafebabefacedbaddecaf888")
    text = h(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    short = h(
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
        "5bc94fbc3221a5db94fae95ae7121a47"
    )
    long = h(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    assert AesGcm(key).open(nonce, short, extra) == text
    assert AesGcm(key + key).open(nonce, long, extra) == text
    sunscreen = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
    assert chacha_block(bytes(range(32)), 1, h("000000090000004a00000000"))[:8] == h("10f1e7e4d13b5915")
    assert poly1305(h("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b"), b"Cryptographic Forum Research Group") == h(
        "a8061dc1305136c6c22b8baf0c0127a9"
    )
    sealed = h(
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b6"
        "7ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116"
        "1ae10b594f09e26a7e902ecbd0600691"
    )
    chacha = ChaChaPoly(bytes(range(0x80, 0xA0)))
    assert chacha.open(h("070000004041424344454647"), sealed, h("50515253c0c1c2c3c4c5c6c7")) == sunscreen
    for cipher in (AesGcm(key), AesGcm(key + key)):
        for broken in (short[:-1] + b"\0", b"\0" + short[1:], short[:10]):
            try:
                cipher.open(nonce, broken, extra)
            except NotAuthentic:
                continue
            raise AssertionError("opened what is not authentic")
        many = bytes(range(256)) * 17
        blocks = b"".join(aes_block(cipher.words, nonce + struct.pack(">I", n)) for n in range(2, 2 + len(many) // 16))
        assert cipher.counted(nonce, many) == xor(many, blocks)
    many = bytes(range(256)) * 17
    blocks = b"".join(chacha_block(chacha.key, n, nonce) for n in range(1, 1 + len(many) // 64))
    assert stream("chacha20", chacha.key, b"\1\0\0\0" + nonce, many) == xor(many, blocks)


if __name__ == "__main__":
    self_test()
    print("ok")
