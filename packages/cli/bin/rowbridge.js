#!/usr/bin/env node
// Starts the built command; a file of its own so that it can be linked before the build.
import '../dist/main.js'
