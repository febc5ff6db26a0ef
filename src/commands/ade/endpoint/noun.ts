import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({ summary: text("endpoint of Apple's services", "Apple のサービスの接続先") });
