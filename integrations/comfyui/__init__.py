"""Florence-2 Vision Server: a ComfyUI node that lets a vision server caption, read and search pictures."""

from .node import VisionServerNode

NODE_CLASS_MAPPINGS = {"Florence2VisionServer": VisionServerNode}
NODE_DISPLAY_NAME_MAPPINGS = {"Florence2VisionServer": "Florence-2 Vision Server"}

__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS"]
