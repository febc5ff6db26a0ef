import fc from "fast-check";

// properties use the same random values in every run, except in the torture run, which has other seeds
fc.configureGlobal({ seed: Number(process.env["CLOMOCTL_SEED"] ?? 20_261_124) });
