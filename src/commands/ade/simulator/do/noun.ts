import { defineNoun } from "../../../command.ts";
import command from "../do.ts";

export default defineNoun({ summary: command.summary });
