import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({ summary: text("the server token (valid for one year)", "サーバートークン(期限 1 年)") });
