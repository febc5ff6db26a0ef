import { text } from "../../../lib/text/index.ts";
import { defineNoun } from "../../command.ts";

export default defineNoun({
  summary: text(
    "the password for installing the MDM profile by hand",
    "MDM 構成プロファイルを手動でインストールするときのパスワード",
  ),
});
