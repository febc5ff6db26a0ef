import { SECURED_APPS } from "../../lib/model/secured-user.ts";
import { text } from "../../lib/text/index.ts";
import type { ChoiceField } from "../field.ts";

/** `--app`: which of the five SECURED APPs. */
export const APP = {
  kind: "choice",
  choices: SECURED_APPS,
  value: "APP",
  required: true,
  about: text("which SECURED APPs app", "対象のアプリ"),
} as const satisfies ChoiceField;
