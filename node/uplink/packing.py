"""How a message lies on the card: squeezed to a tenth of its size, for a card lasts as long as little is written to it.

Most of a message is the same in all of them. DEFLATE (RFC 1951) is given these words beforehand, and zlib (RFC 1950)
adds checksums: a flipped bit makes a message unreadable, never another one. Files of before hold plain JSON.
"""

from __future__ import annotations

import base64
import zlib

MAX_BYTES = 65_536
"""No message is larger: what unpacks to more is none."""
_PLAIN = "{"
_WORDS = (
    b'"reason":"evicted","reason":"refused","reason":"unreadable","count":,"spans":[{"first_sequence":,'
    b'"last_sequence":}]org.polewatch.gap.v1urn:polewatch:schema:gap:v1'
    b"possible_distressproperty_damageemergency_vehicletrafficmaintenancefireworkspossible_explosionpossible_gunfire"
    b"voice_bandsustainedmodulationclassifierimpulse_shapeoverloadburstregularmicrophonecamera"
    b'{"specversion":"1.0","source":"urn:polewatch:node:pole-0001","subject":"tile:unset","time":"2026-01-01T00:15:00Z",'
    b'"datacontenttype":"application/json","id":"00000000-000000000001","sequence":"000000000001",'
    b'"type":"org.polewatch.summary.v1","dataschema":"urn:polewatch:schema:summary:v1","data":{"window_s":900,'
    b'"sound_exposure_s":900,"sight_exposure_s":900,"levels":{"calibration":"none","laeq_dbfs":-"lafmax_dbfs":-'
    b'"l10_dbfs":-"l50_dbfs":-"l90_dbfs":-"levels":{"calibration":"nominal","laeq_db":60,"lafmax_db":70,"l10_db":60,'
    b'"l50_db":50,"l90_db":50},"counts":{"noise.spike":0,"sound.impulse":0,"sound.gunshot":0,"sound.explosion":0,'
    b'"sound.fireworks":0,"sound.scream":0,"sound.glass_break":0,"sound.siren":0,"sound.horn_or_alarm":0,'
    b'"sensor.fault":0,"sensor.tamper":0},"held_back":0,"people_at_least":null,"last_sequence":1,"clock":"synced",'
    b'"uptime_s":null,"delayed":false}}'
    b'Z","datacontenttype":"application/json","id":"00000000-000000000001","sequence":"000000000001",'
    b'"type":"org.polewatch.noise.spike.v1","dataschema":"urn:polewatch:schema:event:v1","data":{"kind":"noise.spike",'
    b'"category":"noise_disturbance","incident":"00000000-000000000001","clock":"unsynced","uptime_s":'
    b'"clock":"synced","uptime_s":null,"delayed":false,"phase":"start","severity":"moderate","confidence":"medium",'
    b'"evidence":["level_rise"],"arrival_ms":null}}'
    b'"delayed":false,"phase":"end","reason":"ended","duration_at_least_s":5,"peak_over_background_at_least_db":12}}'
)
"""What a message is made of, the usual at the end. Never to be changed: a file that was packed with it needs it."""


def pack(message: bytes) -> str:
    """A message as it lies on the card: printable ASCII that no JSON begins with."""
    squeezing = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zdict=_WORDS)
    return "z" + base64.b85encode(squeezing.compress(message) + squeezing.flush()).decode()


def unpack(text: str) -> str:
    """The message in what lies on the card, packed or plain; empty where it is neither, whatever it is."""
    if text.startswith(_PLAIN):
        return text
    opening = zlib.decompressobj(zdict=_WORDS)
    try:
        message = opening.decompress(base64.b85decode(text[1:]), MAX_BYTES)
        return message.decode() if opening.eof and text.startswith("z") else ""
    except (ValueError, zlib.error):
        return ""
