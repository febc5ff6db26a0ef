import { APP } from "../../lib/model/config-profile.ts";
import { text } from "../../lib/text/index.ts";
import { defineAssignedVerbs } from "../config-profiles/assigned.ts";

export default defineAssignedVerbs("apps", APP, {
  single: text("app", "アプリ"),
  filters: {
    short: {
      kind: "boolean",
      about: text("only apps with fewer licences than devices that get them", "ライセンスがデバイス数より少ないアプリ"),
    },
  },
  examples: {
    create: [
      "経費精算 --kind MarketPlace --licences 300 --org 全社",
      "受付 --kind Enterprise --file reception.mobileprovision",
    ],
    delete: ["社内ポータル --confirm-deletions 1"],
    edit: ["社内ポータル --licences 500 --org 全社", "社内ポータル --org '' --dry-run"],
    export: ["-o apps-now.csv"],
    file: ["社内ポータル -o portal.mobileprovision"],
    history: ["社内ポータル"],
    import: ["apps/apps.utf-8.crlf.csv --yes"],
    list: ["", "--short", "--device SERIAL000001"],
    show: ["社内ポータル"],
    template: ["-o apps-new.csv"],
  },
});
