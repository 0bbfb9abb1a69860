"""Sentences of the first screen."""

TEXT = {
    "tab": "Start",
    "headline": "Teach a model a new language with a hundred labels",
    "what": "Graft takes a text model trained in one language or domain and transfers it to yours. "
    "It then tests the source, the transferred and a from-scratch model on the same frozen texts, and says "
    "plainly whether the transfer helped.",
    "run_demo": "Run the demo",
    "demo_time": "About three minutes on two cores. Nothing leaves this machine.",
    "demo_time_shared": "A few minutes. Only you see the run.",
    "demo_name": "Demo: English to Chinese reviews",
    "own_data": "Use your own texts",
    "demo_title": "What the demo does",
    "step1": "Learn the task in English",
    "step1_text": "A small English encoder is fine-tuned on English reviews of products and places. "
    "That is the source-only model.",
    "step2": "Move to Chinese",
    "step2_text": "It gets a Chinese vocabulary whose embeddings come from a glossary, then learns from just 100 "
    "Chinese labels. That is the transferred model.",
    "step3": "Compare and take away",
    "step3_text": "Both, and one trained from scratch, are tested on 200 unseen Chinese reviews. The winner "
    "becomes a small ONNX file you can try on the spot.",
    "guest": "You are reading a report that somebody shared with you.",
    "guest_away": "Go to Graft",
    "guest_lost": "This link leads to no report.",
    "guest_lost_remedy": "It may have been taken back, or not copied whole. Ask for a new one.",
    "sources_title": "Source models",
    "hub_checking": "Hugging Face Hub: checking…",
    "hub_reachable": "Hugging Face Hub: reachable, {count} more models to choose from",
    "hub_offline": "Hugging Face Hub: out of reach. The embedded model works offline.",
    "embedded": "MiniLM L6, installed with Graft: ready",
    "host_source": "{name}, this host's own model: ready",
    "runs_title": "Your runs",
    "no_runs": "No runs yet. Run the demo to see the whole path, or bring your own texts.",
    "all_runs": "All {count} runs",
    "open_run": "Open {name}, {state}",
}
