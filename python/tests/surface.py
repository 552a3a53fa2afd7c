"""What gRPC plugins know of the SDK: names, signatures, wrapper fields and hook arguments that must stay."""

import json
from pathlib import Path

SURFACE = json.loads((Path(__file__).parent / "surface.json").read_text(encoding="utf-8"))
