mod guessed;
