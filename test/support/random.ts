import fc from "fast-check";

// properties try the same each time: the torture run tries others
fc.configureGlobal({ seed: Number(process.env["CLOMOCTL_SEED"] ?? 20_261_124) });
