# For tests only: this secret is public, whoever uses it has no pseudonyms but an encoding.
format = "lognym-ring-1"
kind = "root"

[[epoch]]
id = "test-only"
not_before = 2000-01-01T00:00:00Z
not_after = 2100-01-01T00:00:00Z
destroy_after = 2100-01-01T00:00:00Z
secret = "lognym-sk1-c81f8b4124ebc48782396f3c1e98fc9eb6b7533fd4dc1204b49353247010bd07"
