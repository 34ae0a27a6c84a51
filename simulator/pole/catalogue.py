"""Every fault by its name: of a microphone, of a camera, of the way to the broker, of the card and of the clock."""

from __future__ import annotations

from enum import StrEnum


class FaultName(StrEnum):
    """Every fault there is."""

    MICROPHONE_DEAF = "microphone.deaf"  # digital zero
    MICROPHONE_DITHER = "microphone.dither"  # nothing but the last bit of a 16-bit converter
    MICROPHONE_STUCK = "microphone.stuck"  # a converter that repeats one value
    MICROPHONE_CLIPPED = "microphone.clipped"  # 40 dB too much gain, cut at the rail and counted there
    MICROPHONE_DROPOUTS = "microphone.dropouts"  # a tenth lost, in stretches of 0.1 s that the next block counts
    MICROPHONE_LOST = "microphone.lost"  # MicrophoneError; the first block after it counts what was missed
    MICROPHONE_GAIN_UP = "microphone.gain_up"  # 20 dB too much gain
    MICROPHONE_GAIN_DOWN = "microphone.gain_down"  # 20 dB too little
    MICROPHONE_OFFSET = "microphone.offset"  # a zero that has moved by 0.4 of full scale
    MICROPHONE_CRACKLES = "microphone.crackles"  # a loose contact: ten jumps a second, up to 1 ms long
    MICROPHONE_HUM = "microphone.hum"  # a ground loop: 50 Hz and its multiples, 74 dB
    MICROPHONE_WIND = "microphone.wind"  # noise under 50 Hz, far louder than the street
    CAMERA_FROZEN = "camera.frozen"  # the last picture for ever, under new instants
    CAMERA_COVERED = "camera.covered"  # an even dark grey with the noise of the sensor
    CAMERA_DARK = "camera.dark"  # next to no light, with the noise of the sensor
    CAMERA_MOVED = "camera.moved"  # shifted by a third of the width; what leaves on the right comes in on the left
    CAMERA_LOST = "camera.lost"  # CameraError
    BROKER_CUT = "broker.cut"  # the connection is reset, and every new one refused
    BROKER_LATENCY = "broker.latency"  # every byte comes 2 s late, either way
    BROKER_SLOW = "broker.slow"  # 200 bytes a second, either way
    BROKER_HALF_OPEN = "broker.half_open"  # connections stand, and nothing goes through
    BROKER_GONE = "broker.gone"  # the broker itself is killed, and started again
    DISK_FULL = "disk.full"  # the card under the outbox has no page left
    CLOCK_FORWARD = "clock.forward"  # the time of day jumps by an hour; back when it is over
    CLOCK_BACK = "clock.back"  # the time of day jumps back by an hour
    CLOCK_1970 = "clock.1970"  # the time of day is that of a board without a battery


SENSOR_KINDS: dict[FaultName, str] = {
    FaultName.MICROPHONE_DEAF: "sensor.fault",
    FaultName.MICROPHONE_DITHER: "sensor.fault",
    FaultName.MICROPHONE_STUCK: "sensor.fault",
    FaultName.MICROPHONE_CLIPPED: "sensor.fault",
    FaultName.MICROPHONE_LOST: "sensor.fault",
    FaultName.MICROPHONE_GAIN_UP: "sensor.fault",
    FaultName.MICROPHONE_GAIN_DOWN: "sensor.fault",
    FaultName.MICROPHONE_OFFSET: "sensor.fault",
    FaultName.MICROPHONE_CRACKLES: "sensor.fault",
    FaultName.CAMERA_FROZEN: "sensor.fault",
    FaultName.CAMERA_LOST: "sensor.fault",
    FaultName.CAMERA_COVERED: "sensor.tamper",
    FaultName.CAMERA_MOVED: "sensor.tamper",
}
"""The kind of event that a fault of a sensor makes true. Wind, dropouts, hum and darkness are no fault to tell."""


def is_of_the_system(name: str) -> bool:
    """Whether a fault befalls the node's surroundings, not its sensors: it needs processes, a broker and real time."""
    return name.startswith(("broker.", "disk.", "clock."))
