# tap-mixpanel as it is, with Mixpanel's hosts replaced by the stand-in's origin. Discovery is not timed; rows go to /dev/null.
import os
import re
import sys
import time

import requests
import singer
import tap_mixpanel

origin = os.environ["MIXPANEL_STAND_IN_ORIGIN"]
config, catalog = sys.argv[1:3]
send = requests.Session.request


def redirected(self, method, url, *args, **kwargs):
    return send(self, method, re.sub(r"^https://(?:[a-z-]+\.)?mixpanel\.com", origin, url), *args, **kwargs)


requests.Session.request = redirected
out = sys.stdout

with open(catalog, "w") as sys.stdout:
    sys.argv = ["tap-mixpanel", "--config", config, "--discover"]
    tap_mixpanel.main()
found = singer.Catalog.load(catalog)
for stream in found.streams:
    for entry in stream.metadata:
        if not entry["breadcrumb"]:
            entry["metadata"]["selected"] = stream.tap_stream_id == "export"
with open(catalog, "w") as sys.stdout:
    found.dump()

with open(os.devnull, "w") as sys.stdout:
    sys.argv = ["tap-mixpanel", "--config", config, "--catalog", catalog]
    started = time.monotonic()
    tap_mixpanel.main()
    sys.stdout.flush()
took = time.monotonic() - started
print(f"took {took * 1000:.0f} ms", file=out)
