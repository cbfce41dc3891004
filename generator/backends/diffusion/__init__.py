"""Takes by models that the diffusers library runs: any folder with its index, in a process that can be killed.

    backend = DiffusersBackend(ChosenModel(path, card, digest), settings=Settings(steps=30, model_fps=16), guides="depth")
    take = backend.render(shot, Path("take.mp4"))

Needs the extra ``models``; nothing of it is imported before a render begins.
"""

from generator.backends.diffusion.backend import DiffusersBackend
from generator.backends.diffusion.conditions import Conditions, Lora, Settings
from generator.backends.diffusion.ordering import by_model
from generator.backends.diffusion.process import RenderWorker
from generator.backends.diffusion.verifying import Rerender, rerender
from generator.backends.model import ChosenModel
from generator.models.folder import ModelFolder, read_folder

__all__ = [
    "ChosenModel",
    "Conditions",
    "DiffusersBackend",
    "Lora",
    "ModelFolder",
    "RenderWorker",
    "Rerender",
    "Settings",
    "by_model",
    "read_folder",
    "rerender",
]
