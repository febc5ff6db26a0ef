import { ORG } from "../../lib/nouns/organisation.ts";
import { buildAllowOption, UNDELETABLE_OPTION } from "../kit/read-list/options.ts";
import { defineRecordVerbs } from "../kit/change/verbs.ts";
import { ORG_DETAIL_COLUMNS, ORG_RESULT_LAYOUT } from "./list.ts";
import { ORG_ARGUMENT, ORG_LOOKUP } from "../kit/change/find-org.ts";
import { defineSwitch } from "../kit/field.ts";

export default defineRecordVerbs({
  thing: ORG,
  layout: ORG_RESULT_LAYOUT,
  columns: ORG_DETAIL_COLUMNS,
  argument: ORG_ARGUMENT,
  lookup: ORG_LOOKUP,
  createdBy: "name",
  changedElsewhere: ["parentId"],
  deletes: {
    options: {
      recursive: defineSwitch("also delete the organisations below and their users", "下位の組織とユーザーも削除する"),
    },
  },
  imports: { undeletable: UNDELETABLE_OPTION, allow: buildAllowOption("unknown-columns", "error-values") },
  examples: {
    create: ["営業三部 --code S03", "一課 --parent 本社/営業部 --dry-run"],
    delete: ["本社/営業部 --recursive --dry-run", "本社/営業部 --recursive --confirm-deletions 12"],
    edit: ["本社/営業部 --name 営業本部"],
    export: ["-o orgs-now.csv", "--encoding utf-8"],
    history: ["本社/営業部", "営業部 --format json"],
    import: ["orgs/tree.utf-8.crlf.csv --yes", "orgs/tree.utf-8.crlf.csv --dry-run"],
    show: ["全社", "本社/営業部 --format json"],
    template: ["-o orgs-new.csv"],
  },
});
