import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "tenant",
  summary: text("contract, addresses and features of the tenant", "テナントの契約、アドレス、利用機能"),
});
