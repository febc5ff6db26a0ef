import { ROOT_ORG_NAME } from "../model/organisation.ts";
import { text } from "../text/index.ts";
import type { Rule } from "./rule.ts";

/** What rules read of an organisation. */
export interface OrgState {
  readonly name: string;
  readonly code: string | null;
  readonly isRoot: boolean;
}

/** Only the top of the tree has its name. */
const reservedNames: Rule<OrgState> = {
  name: "reserved-names",
  of: "org",
  on: ["create", "edit"],
  fields: ["name", "code", "isRoot"],
  after: { isRoot: false },
  spares: "console",
  judge: ({ before, after }) =>
    (["name", "code"] as const)
      // one that the console has called so keeps it
      .filter((field) => after?.[field] === ROOT_ORG_NAME && before?.[field] !== ROOT_ORG_NAME)
      .slice(0, 1)
      .map((field) => ({
        field,
        what: text(`only the top is called ${ROOT_ORG_NAME}`, `「${ROOT_ORG_NAME}」は最上位だけの名前です`),
      })),
};

/** The top stands for the whole tenant. */
const rootStays: Rule<OrgState> = {
  name: "root-stays",
  of: "org",
  on: ["create", "edit"],
  fields: ["name", "code", "isRoot"],
  after: { isRoot: true },
  judge: ({ after }) =>
    after?.name === ROOT_ORG_NAME && after.code === null
      ? []
      : [
          {
            what: text(
              `${ROOT_ORG_NAME} stands for the whole tenant: it keeps its name, and has no code`,
              `「${ROOT_ORG_NAME}」はテナント全体を表すため、名前は変えられず、組織コードもありません`,
            ),
          },
        ],
};

/** The rules of organisations. */
export const ORG_RULES = [reservedNames, rootStays] as const;
