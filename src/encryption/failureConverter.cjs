// Puts messages and stacks of failures into a payload, which the codec encrypts. Workers load it by its path, and into
// the bundle of the workflows, so it is CommonJS.
const { DefaultFailureConverter } = require("@temporalio/common");

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
