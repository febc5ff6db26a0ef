import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({ summary: text("key of the Apple Business API", "Apple Business API の鍵") });
