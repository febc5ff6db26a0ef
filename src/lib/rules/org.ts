import { ROOT_ORG_NAME } from "../model/organisation.ts";
import { text } from "../text/index.ts";
import type { Rule } from "./rule.ts";

/** The fields of an organisation that rules check. */
export interface OrgState {
  readonly name: string;
  readonly code: string | null;
  readonly isRoot: boolean;
}

const reservedNameRule: Rule<OrgState> = {
  name: "reserved-names",
  of: "org",
  on: ["create", "edit"],
  fields: ["name", "code", "isRoot"],
  after: { isRoot: false },
  spares: "restored",
  judge: ({ before, after }) =>
    (["name", "code"] as const)
      // an organisation that already has this name in the console keeps it
      .filter((field) => after?.[field] === ROOT_ORG_NAME && before?.[field] !== ROOT_ORG_NAME)
      .slice(0, 1)
      .map((field) => ({
        field,
        what: text(
          `"${ROOT_ORG_NAME}" is reserved for the root organisation`,
          `「${ROOT_ORG_NAME}」は最上位の組織だけに使える名前です`,
        ),
      })),
};

const rootOrgRule: Rule<OrgState> = {
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
              `${ROOT_ORG_NAME} represents the whole tenant, so its name cannot be changed and it cannot have a code`,
              `「${ROOT_ORG_NAME}」はテナント全体を表すため、名前の変更も組織コードの設定もできません`,
            ),
          },
        ],
};

export const ORG_RULES = [reservedNameRule, rootOrgRule] as const;
