"""One's own sessions, and proving again who one is."""

SIGN_IN = {
    "frame.sessions": "My sessions",
    "sessions.title": "My sessions",
    "sessions.lead": (
        "Where your account is signed in. If you do not recognise a place, sign out there and tell the administrators of the province."
    ),
    "sessions.column.device": "Device",
    "sessions.column.acting": "Acting as",
    "sessions.column.began": "Signed in at",
    "sessions.column.seen": "Last used",
    "sessions.column.act": "Action",
    "sessions.device": "{browser} on {system}",
    "sessions.unknown-browser": "Another browser",
    "sessions.unknown-device": "Unknown device",
    "sessions.this-one": "this session",
    "sessions.now": "in use",
    "sessions.end-others": "Sign out everywhere else",
    "sessions.end-all": "Sign out everywhere",
    "sessions.ended": "Signed out. Pages open there can no longer be used.",
    "sessions.unsure": "Signed out of this software, but the sign-in service has not confirmed it.",
    "sessions.unsure-advice": (
        "Whoever is there may get in again without proving who he is. "
        "If you suspect that somebody else uses your account, tell the administrators of the province."
    ),
    "sessions.more": "{n} more sessions; “Sign out everywhere else” ends those too.",
    "membership.remember": "Remember this on my computer",
    "problem.insufficient-user-authentication": "For this you have to prove again who you are.",
    "step-up.act.RELEASE_DIRECTIVE": "Release the document",
    "step-up.act.ADD_AGENCY": "Add the agency",
    "step-up.act.DECIDE_SETTING": "Change the setting",
    "step-up.act.DECIDE_CALENDAR": "Change the working calendar",
    "step-up.act.GIVE_MEMBERSHIP": "Give the position and role",
    "step-up.act.CHANGE_MEMBERSHIP": "Change the position and role",
    "step-up.act.END_MEMBERSHIP": "End the membership",
    "step-up.act.PLAN_REORGANISATION": "Plan the reorganisation",
    "step-up.act.WITHDRAW_REORGANISATION": "Take the plan back",
    "step-up.act.any": "Do it",
    "step-up.title.ready": "You have proved who you are; one more step",
    "step-up.text.ready": "Nothing has been done yet. Press “{act}” to finish; what you typed is still here.",
    "step-up.title.refused": "You have not proved who you are",
    "step-up.text.refused": "Nothing has been done; what you typed is still here. “{act}” asks you to prove again who you are.",
    "step-up.title.away": "The sign-in service cannot be reached at the moment",
    "step-up.text.away": "Nothing has been done; what you typed is still here. Please try again in a few minutes to “{act}”.",
    "step-up.again": "Prove it again",
    "step-up.back": "Go back",
}
