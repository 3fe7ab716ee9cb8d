"""The web page: results as HTML, and the Streamlit script's parts."""
