import { ROOT_ORG_NAME } from "../model/organisation.ts";
import { text } from "../text/index.ts";
import type { Rule } from "./rule.ts";

/** Only the top of the tree has its name: judges any other organisation. */
export const orgNames: Rule<{ readonly name?: unknown; readonly code?: unknown }> = ({ after }) =>
  [after?.name, after?.code].includes(ROOT_ORG_NAME)
    ? [{ what: text(`only the top is called ${ROOT_ORG_NAME}`, `「${ROOT_ORG_NAME}」は最上位だけの名前です`) }]
    : [];
