import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "set-up",
  summary: text("set up a new tenant for iOS, step by step", "新しいテナントでの iOS の導入手順"),
});
