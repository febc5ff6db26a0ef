import { text } from "../../lib/text/index.ts";
import { defineNoun } from "../command.ts";

export default defineNoun({
  summary: text("Apple's device enrolment (ADE)", "ADE(Automated Device Enrollment)"),
});
