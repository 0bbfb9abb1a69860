"""Sentences for programs: what is wrong with a call."""

TEXT = {
    "bad_argument": "{name}: {fault}.",
    "bad_argument_remedy": "The API page describes each argument.",
    "no_visitor": "Visitors are told apart here, and this call does not say who makes it.",
    "no_visitor_remedy": "Ask new_visitor for a token once, keep it, and give it as visitor with every call.",
    "dead_link": "This link leads to no report.",
    "dead_link_remedy": "Ask whoever gave it to you for another one.",
    "not_uploaded": "This is no file that was uploaded.",
    "not_uploaded_remedy": "With gradio_client, give handle_file(path); else send it to /gradio_api/upload first.",
    "unknown_file": "There is no file {name}, or it is not yours.",
    "unknown_file_remedy": "Bring it with upload_file or upload_text, and name it as the answer does.",
    "not_json": "The spec is no JSON: {fault}.",
    "not_json_remedy": "Give an object, or the text of one; docs/spec.md describes it.",
    "no_suggestion": "No recipe suits these files.",
    "no_suggestion_remedy": "check_data says what they lack; list_presets says which recipes can be named.",
    "masks_only": "This run's models guess hidden words.",
    "masks_only_remedy": "Use fill_mask.",
    "no_masks": "This run's models guess no hidden words.",
    "no_masks_remedy": "Use predict.",
    "not_explained": "Only answers that are labels of a whole text can be traced back to its words.",
    "not_explained_remedy": "Use predict or fill_mask.",
}
