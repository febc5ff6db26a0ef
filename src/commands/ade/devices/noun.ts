import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({ summary: text("devices as Apple has them", "ADE デバイス情報") });
