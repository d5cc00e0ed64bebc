/** Self-signed, for `*.test` and 127.0.0.1, for fixture servers only: no store of any machine knows it. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUKgAwIBAgIUN7t2LEnLHscd1u0mBI76zK3fZgEwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMZml4dHVyZS50ZXN0MB4XDTI2MTEyMjA3NTc1N1oXDTQ2MTEx
NzA3NTc1N1owFzEVMBMGA1UEAwwMZml4dHVyZS50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEvSr8DZc7j1a0GO7UAxHB0RbOfzVqX37FNnlemRFCPtlBleH3
a5a04KxFWx0SuJKEHfR3QOe42NTLZt5THlsmb6NsMGowHQYDVR0OBBYEFMRuzhCK
+Uih+xgJveN+cefIPvhdMB8GA1UdIwQYMBaAFMRuzhCK+Uih+xgJveN+cefIPvhd
MA8GA1UdEwEB/wQFMAMBAf8wFwYDVR0RBBAwDoIGKi50ZXN0hwR/AAABMAoGCCqG
SM49BAMCA0gAMEUCIQCqeDHpRh8OckMTvf+enFnDwadB2OjSsIkg4I0XaeXujAIg
bqc4x0+wTTdqzv0IkztdyDWudqSqkGFZaOHcuFarG+c=
-----END CERTIFICATE-----`;

/** The secret to it is public by being here; it protects nothing. */
export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8kOU7I5kILf/JDAj
sht62BsNdL4u5b8fPYtZbxfJC6ehRANCAAS9KvwNlzuPVrQY7tQDEcHRFs5/NWpf
fsU2eV6ZEUI+2UGV4fdrlrTgrEVbHRK4koQd9HdA57jY1Mtm3lMeWyZv
-----END PRIVATE KEY-----`;

/** With this flag Chromium accepts exactly this one key, and still no other. */
export const TRUST_FLAG = '--ignore-certificate-errors-spki-list=m5aAv4lKaxABbRdVmFFKvn/WJlxSNaj6zFswAEdJwD0=';
