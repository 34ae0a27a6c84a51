"""The wall between sensing and the network: 64-byte records of bounded integers, and the gate that judges them."""
