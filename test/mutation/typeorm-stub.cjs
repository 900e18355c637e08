// Stands for TypeORM in mutation tests: loading the real one takes longer than all tests of a mutant. The code under mutation and its tests
// use nothing of it; they only load entities, whose decorators do nothing here.
module.exports = new Proxy({}, { get: () => () => () => undefined });
