"""What the eyes need to know: where the camera is, and from when on something counts as being there."""

from __future__ import annotations

from pydantic import model_validator

from node.config.base import Section, setting


class CameraSettings(Section):
    """The one camera of the node."""

    source: str = setting(
        "",
        "the camera: a device (best by its stable name, /dev/v4l/by-id/..., see `polewatch devices`) or a video"
        " file; empty means that this node has no camera",
        pattern=r"^[^\x00-\x1f\x7f]*$",
        max_length=4096,
    )
    width: int = setting(640, "pictures are scaled down to fit this width", unit="px", ge=64, le=1920)
    height: int = setting(360, "pictures are scaled down to fit this height", unit="px", ge=48, le=1080)
    fps: float = setting(10.0, "how many pictures a second are looked at, at most", unit="1/s", ge=1.0, le=30.0)


class PresenceSettings(Section):
    """From when on, and until when, something is there."""

    open_share: float = setting(
        0.006, "the share of the picture that one moving thing must fill before something is there", ge=0.0005, le=0.5
    )
    close_share: float = setting(
        0.003, "nothing is there any more when the largest thing fills less than this share", ge=0.0002, le=0.5
    )
    open_s: float = setting(0.2, "it must have been there this long before it counts", unit="s", ge=0.0, le=10.0)
    hold_s: float = setting(0.5, "it must have been gone this long before it counts as gone", unit="s", ge=0.0, le=60.0)
    still_s: float = setting(
        60.0, "a thing that stands still this long becomes part of the background", unit="s", ge=5.0, le=3600.0
    )
    relearn_share: float = setting(
        0.6, "when this share of the picture has changed, it is another scene", ge=0.2, le=1.0
    )
    relearn_s: float = setting(
        10.0, "another scene that stays this long is learnt anew as background", unit="s", ge=1.0, le=600.0
    )

    @model_validator(mode="after")
    def _pair_in_order(self) -> PresenceSettings:
        if self.close_share > self.open_share:
            raise ValueError("close_share must not be above open_share")
        return self
