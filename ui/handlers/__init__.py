"""What happens when somebody presses something: plain functions of services and values. No Gradio here."""
