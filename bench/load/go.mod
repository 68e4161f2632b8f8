module sharedsky.example/load

go 1.22
