/** Formats of one thing: each has its own file, however short. */

import { ORG_RULES } from "../../model/organisation.ts";
import type { Format } from "./format.ts";

/** Organisations. The console's own columns are unknown: these headers are ours. @see facts 1.2, 1.4 */
export const ORGS: Format = {
  name: "orgs",
  custom: false,
  key: "code",
  fallbackKey: ["parentCode", "parentPath", "name"],
  unique: ["code"],
  columns: [
    {
      field: "name",
      header: "組織名",
      rule: ORG_RULES.name,
      comparison: "name",
      required: "always",
      consoleExport: true,
    },
    { field: "code", header: "組織コード", rule: ORG_RULES.code, comparison: "code", consoleExport: true },
    { field: "parentCode", header: "上位組織コード", rule: ORG_RULES.code, comparison: "code", consoleExport: true },
    { field: "parentPath", header: "上位組織パス", rule: ORG_RULES.path, comparison: "name", consoleExport: true },
  ],
};
