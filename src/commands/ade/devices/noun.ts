import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({ summary: text("ADE devices", "ADE デバイス情報") });
