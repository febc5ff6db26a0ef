import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text("the tenant itself: contract, addresses, what it uses", "テナント自体(契約、アドレス、利用機能)"),
});
