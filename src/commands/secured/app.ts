import { SECURED_APPS } from "../../lib/nouns/secured-user.ts";
import { text } from "../../lib/text/index.ts";
import type { ChoiceField } from "../kit/field.ts";

export const APP_OPTION = {
  kind: "choice",
  choices: SECURED_APPS,
  value: "APP",
  required: true,
  about: text("SECURED APPs app", "対象のアプリ"),
} as const satisfies ChoiceField;
