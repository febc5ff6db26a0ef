import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text("the tenant's users (PANEL)", "テナントのユーザー(PANEL)"),
});
