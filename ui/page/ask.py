"""The script that Streamlit runs for each visit; its folder, first on the import path, holds nothing else."""

from ui.view.page import draw

draw()
