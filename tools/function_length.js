// A rule for `deno lint`: no function in our JavaScript is longer than LONGEST lines, what it holds included.

export const LONGEST = 80;

/** @type {Deno.lint.Plugin} */
export default {
  name: "house",
  rules: {
    "function-length": {
      create(context) {
        /** @param {Deno.lint.Node} node */
        function measure(node) {
          const lines = context.sourceCode.getText(node).split("\n").length;
          if (lines <= LONGEST) return;
          const message = `This function has ${lines} lines; ${LONGEST} are the most.`;
          const hint = "Move a part with one job into a function, a small class or a module of its own.";
          context.report({ node, message, hint });
        }
        return { "FunctionDeclaration, FunctionExpression, ArrowFunctionExpression": measure };
      },
    },
  },
};
