import { APP } from "../../lib/nouns/config-profile.ts";
import { defineAssignableVerbs } from "../kit/change/assignable-verbs.ts";
import { defineSwitch } from "../kit/field.ts";

export default defineAssignableVerbs({
  thing: APP,
  filters: {
    short: defineSwitch("only apps with fewer licences than devices", "ライセンスが足りないアプリだけ"),
  },
  example: "社内ポータル",
  file: "portal.mobileprovision",
  create: ["経費精算 --kind MarketPlace --licences 300 --org 全社", "受付 --kind Enterprise --file a.mobileprovision"],
});
