// What stands for the infinite timestamps of a database: what the Java drivers make of them.
export const INFINITE = 9223372036825200000n
export const MINUS_INFINITE = -9223372036832400000n
