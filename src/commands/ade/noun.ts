import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  group: "apple",
  summary: text("Apple's Automated Device Enrolment (ADE)", "ADE(Automated Device Enrollment)"),
  examples: ["clomoctl ade status", "clomoctl ade sync"],
});
